"""Understanding the CSV files that people really have.

`layout` finds delimiter, header and columns from a file's head; `times` and `numbers` read cells; `reading`
puts a whole file together. The last three use polars and belong to the worker; `layout` is plain Python.
"""
