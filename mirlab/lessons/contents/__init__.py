"""The lessons: what each is about and its quiz (``lessonNN.toml``), and its exercises (``lessonNN.py``)."""
