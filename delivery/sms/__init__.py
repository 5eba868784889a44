"""Text messages: providers behind one small interface."""
