"""The same overview written the usual way: whole tables into pandas, plotly.express, no index, no thought.

It shows the same figures as pages/leadership/overview.py and is the yardstick for "at least five times".
"""

import os

import pandas as pd
import plotly.express as px
import streamlit as st
from sqlalchemy import create_engine

st.set_page_config(layout="wide")
engine = create_engine(os.environ["XCZG_DATABASE_URL"])
rounds = pd.read_sql("SELECT * FROM round", engine)
inspections = pd.read_sql("SELECT * FROM inspection", engine)
organizations = pd.read_sql("SELECT * FROM organization", engine)
findings = pd.read_sql("SELECT * FROM finding", engine, parse_dates=["due_date"])
sheets = pd.read_sql("SELECT * FROM score_sheet", engine)
lines = pd.read_sql("SELECT * FROM score_line", engine)

name = st.selectbox("轮次", rounds.sort_values("feedback_date", ascending=False)["name"])
round_id = rounds.loc[rounds["name"] == name, "id"].iloc[0]
mine = inspections[inspections["round_id"] == round_id].merge(
    organizations, left_on="organization_id", right_on="id", suffixes=("", "_org")
)
joined = findings.merge(mine, left_on="inspection_id", right_on="id", suffixes=("", "_ins"))
joined["overdue"] = (
    (joined["due_date"] < pd.Timestamp.now().normalize())
    & (joined["status"] != "已完成")
    & (joined["long_term"] == 0)
)
scores = (
    lines.merge(sheets, left_on="sheet_id", right_on="id")
    .groupby(["inspection_id", "unit"])["points"]
    .sum()
    .unstack()
    / 100
)
scores["final"] = scores["discipline"] * 0.5 + scores["personnel"] * 0.3 + scores["team"] * 0.2
table = (
    joined.groupby(["inspection_id", "name"])
    .agg(
        findings=("id", "count"),
        completed=("status", lambda s: (s == "已完成").sum()),
        overdue=("overdue", "sum"),
    )
    .reset_index()
    .merge(scores, left_on="inspection_id", right_index=True)
)
table["rate"] = table["completed"] / table["findings"] * 100
table["rank"] = table["final"].rank(ascending=False, method="min")
table = table.sort_values("final")

st.title(name)
columns = st.columns(7)
figures = [
    ("被巡察党组织", len(table)),
    ("反馈问题", len(joined)),
    ("整改完成率", f"{(joined['status'] == '已完成').mean() * 100:.1f}"),
    ("未整改到位", int((joined["status"] == "未完成").sum())),
    ("逾期", int(joined["overdue"].sum())),
    ("评分完成", len(table)),
    ("平均得分", f"{table['final'].mean():.2f}"),
]
for column, (label, value) in zip(columns, figures, strict=True):
    column.metric(label, value, border=True)
left, right = st.columns([2, 1])
with left:
    st.plotly_chart(px.scatter(table, x="final", y="rank", hover_name="name"))
    st.dataframe(table)
with right:
    for row in table.nlargest(5, "overdue").itertuples():
        with st.container(border=True):
            st.write(f"**{row.name}**")
            st.caption(f"逾期{row.overdue}项")
left, right = st.columns(2)
melted = joined.groupby(["name", "status"]).size().reset_index(name="count")
left.plotly_chart(px.bar(melted, y="name", x="count", color="status", orientation="h"))
by_category = (
    joined[joined["status"] != "已完成"].groupby(["category", "status"]).size().reset_index(name="count")
)
right.plotly_chart(px.bar(by_category, y="category", x="count", color="status", orientation="h"))
