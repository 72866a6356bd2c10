"""Questions and answers that go through a service's batch API."""
