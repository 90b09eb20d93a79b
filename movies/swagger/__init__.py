"""What the Swagger document says about movies beyond their views: responses and examples, by viewset and action."""
