"""Execute chapters once: nbval runs them on forked kernels, and everything else reads what it got.

`kernels` starts the kernels, `chapter` runs one page, `record` says what a page read and so when
it has to run again, `compare` holds outputs against those that are stored, `everything` runs the
book on all cores.
"""
