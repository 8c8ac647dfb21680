"""Mail: values to bytes and back. Nothing here knows a database or a socket."""
