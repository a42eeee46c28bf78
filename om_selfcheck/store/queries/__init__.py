"""Named reads and writes. `get_` takes for granted that it is there, `find_` may return None."""
