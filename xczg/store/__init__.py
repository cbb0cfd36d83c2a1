"""Tables, engine, migrations and read views."""
