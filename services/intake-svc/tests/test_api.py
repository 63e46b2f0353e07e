from chassis.testing import Desk
async def test_a(checked: Desk) -> None:
    a = await checked.post("/intake/v1/requests", {"kind":"child_protection","channel":"form","requester":{"standing_as":"public"}}, role="requester_desk")
    print(a.status_code, a.json())
    assert a.status_code == 201
