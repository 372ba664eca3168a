"""Where lists of skills come from: Ithaca's own, an association's own, ESCO and O*NET.

A reader turns files into concepts. All files that are read at once together are the list.
"""
