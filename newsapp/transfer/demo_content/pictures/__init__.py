"""The demo's pictures, drawn by code: a canvas, what stands on it, and the scenes."""
