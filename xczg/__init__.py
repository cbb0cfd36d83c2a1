"""Assessment of rectification after inspection (巡察整改评估)."""
