from orch_events.simulator.catalog import FixedCatalog


def test_a_fixed_catalog_has_what_is_there_at_a_time_in_the_order_of_numbers() -> None:
    catalog = FixedCatalog({9: 0.0, 7: 5.0}, lambda begin, now: begin <= now)
    assert [list(catalog.numbers(at)) for at in (0.0, 5.0)] == [[9], [7, 9]]
    assert (catalog.find(7, 4.0), catalog.find(7, 5.0), catalog.find(8, 5.0)) == (None, 5.0, None)
