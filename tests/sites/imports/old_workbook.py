"""A workbook in the old binary format (BIFF8, Excel 97), as bytes: nothing installed here can write one.

Two sheets. "Stores" has a title, a heading in its second row and three records: a number, a text and a date as such, a
postal code with its zero, a text that looks like a formula. "Notes" has one cell.
"""

from __future__ import annotations

import base64
import zlib

_PACKED = """
eNrtWF1IFFEUPndm9sfNn11TQQMZhKz8AZdIK9DVIsV+tq0eCglqdcZa1F3bnaDtofxpfYuCnopeBHsIygqiH+qhHoIeIqMehCLQeuwpyOhB
nc49M7OpKbiQgjHfcs+958y5371z77k/O+/GfBPDD0omYQEaQIRZPQucc2wMU5aleAGf6zovWrkbk25jTSHLjRPpdMCznDcuPod8vidBgPvS
S5QAXzAdh14IxqKqvIrYRX0IM96HeiZh7AlwE1MuFFO/8kl2kFxP8h75PifZSJbLJOvRd4K1wVggWLHdjONjQhk9y0XJ4DHV+UgWPxTCax7H
F68yw9cBTfFIuHuNPSiVsmEEcEpb1Kga53oe3AIPQBJR3dNTrSgTUIDTPQJTugzww1rXL2Tbvrp2Bmj/Nd/uWsLuxklcaL8mSAB9oJ9kPJhT
GNQDkrGUj2ixuJpIQQ7spMXtwGWsqYlpGEITUCoCCMUjUU1V5PakfFoNK3KsszPSoeJmTtXlYAzZdke0pAjQFunFDeJgL8aUgg77w1pEO6uo
Hsu3O5LQ0Hvfz+6oA2BbTW1tHfbpzKk7QbQ2Vft3YFbvr/Tjwxp/TW2dh58otAN55+1AObQus1EqkEdlH61OLw7A9O3v7w+0hwInyNJHp45x
Nm3kAwE69PMaWDkXjJe2ZAXVqCQ5QKwbqFxCsgB9MC8PFZqF5kHyuURPy7GdrYQPgU1zypuxnPp26Elp6mtgC5ZHWybPF4yOB4ahDM9KBevz
3yBUsSp24zrH04CVM3MX+0yy+K8dzS146b0coJsHcB7M4BrmNh9JQ7NGx9AE1MS0JqImpTUJNYfJbIzafGYgZqfpISxo+4LgIZsPmk1GY2Zc
aY23zefD8BTx/d7exVzg+yxvm3CutZGzi4uwi8S+1+QTiZ3fOJjgRI2zG16cWXhoMIvE3C+9uuIfbyJmaZExk4jZYzJLxLwurXHmbNQ4n0R8
U5/G+xNDrY0NQj484i+NZ8ofrEbcsrRci3G7dHTR7ZKPKiw2qjZs2LBhw4aNlQe/X/Azm9+8JPOezG8yLvO7zgymWfszyX+LwxDDn4Z/KfdA
FPM4JDOKnyJwMIuLLbOO9b2Q4yi2HocuaKd+dGUcv3gTZXPfZ9kVvf9uCWXa/mwm/Vzh9n8DwhUzAw==
"""


def old_workbook() -> bytes:
    """Return the bytes of the file."""
    return zlib.decompress(base64.b64decode(_PACKED))
