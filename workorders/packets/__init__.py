"""Compile one site's work-order packet and print it. Knows no Django.

The way through the room: :mod:`model` holds what goes in, :mod:`conditions` decides which variations apply,
:mod:`compile` puts the packet together and explains it, :mod:`fingerprint` names it, :mod:`present` words it
for paper, :mod:`qr` and :mod:`render` turn the finished page into a PDF.
"""
