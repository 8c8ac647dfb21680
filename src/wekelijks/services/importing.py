"""Importing articles: files in, material in the pool.

Importing again updates and never doubles, and it never overwrites what a person corrected.
"""
