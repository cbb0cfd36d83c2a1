"""The regulation as pure functions and values: no Streamlit, no SQL, no clock."""
