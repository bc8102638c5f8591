"""The parts of course.py that run before anything is installed: they use the standard library only."""
