"""Tables and queries, without Flask. Use cases are the only callers; nothing here decides, renders or sends."""
