"""A course of two lessons, with one exercise of each kind: for the tests of the lesson machine alone."""
