"""Requests are counted by the route's template, and no label grows with what callers send."""

from chassis import metrics


def test_a_request_is_counted_under_its_route_and_status() -> None:
    labels = {"service": "ban", "method": "GET", "route": "/bans/v1/actions/{id}", "status": "200"}
    metrics.observe_request("ban", "GET", "/bans/v1/actions/{id}", 200, 0.004)
    assert metrics.registry.get_sample_value("office_http_request_seconds_count", labels) == 1
    assert metrics.registry.get_sample_value("office_http_request_seconds_bucket", labels | {"le": "0.005"}) == 1
    assert metrics.registry.get_sample_value("office_http_request_seconds_bucket", labels | {"le": "0.0025"}) == 0
    assert b"office_http_request_seconds_bucket" in metrics.render()


def test_a_made_up_method_makes_no_series_of_its_own() -> None:
    metrics.observe_request("ban", "BREW", "none", 405, 0.001)
    assert b"BREW" not in metrics.render()
