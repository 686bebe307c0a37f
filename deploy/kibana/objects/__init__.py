"""andon's saved objects for Kibana and OpenSearch Dashboards, described once."""
