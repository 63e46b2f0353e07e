"""The kernel is pure and quick to import (DESIGN 1, 6)."""

import subprocess
import sys

_ASK = """
import sys, time
began = time.perf_counter()
import kernel.actor, kernel.addresses, kernel.cases, kernel.deadline, kernel.digest, kernel.months, kernel.names, kernel.review
took = time.perf_counter() - began
foreign = {"sqlmodel", "sqlalchemy", "fastapi", "aiokafka", "httpx", "chassis", "asyncio"} & set(sys.modules)
print(took, *sorted(foreign))
"""


def test_the_kernel_imports_nothing_that_acts_and_little_at_all() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    took, *foreign = answer.stdout.split()
    assert foreign == []
    assert float(took) < 1.5  # 0.16 s measured; a busy machine is slower
