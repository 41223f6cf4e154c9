"""Jobs: what buyers want done, from posting to completion."""
