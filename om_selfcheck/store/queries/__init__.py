"""Named reads and writes. `get_` raises NotFound, `find_` may return None, `list_` is ordered."""
