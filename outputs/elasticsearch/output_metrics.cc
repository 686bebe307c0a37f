#include "outputs/elasticsearch/output_metrics.h"

namespace andon::elasticsearch {
namespace {

Counter& Items(const MetricScope& scope, const char* result) {
  return scope.GetCounter("andon_elasticsearch_items_total",
                          "events by what became of them: created, exists (a repeat met itself), "
                          "conflict (the id was taken), again, rejected",
                          {{"result", result}});
}

}  // namespace

OutputMetrics::OutputMetrics(const MetricScope& scope)
    : created(Items(scope, "created")),
      exists(Items(scope, "exists")),
      conflicts(Items(scope, "conflict")),
      again(Items(scope, "again")),
      rejected(Items(scope, "rejected")),
      halved(scope.GetCounter("andon_elasticsearch_halved_requests_total",
                              "requests whose body the server refused, sent again in halves")),
      doubtful(scope.GetCounter("andon_elasticsearch_doubtful_events_total",
                                "events that were sent and may be stored or not")),
      found(scope.GetCounter("andon_elasticsearch_found_events_total",
                             "events in doubt that a look-up found to be stored")),
      bytes(scope.GetCounter("andon_elasticsearch_body_bytes_total",
                             "bytes of _bulk bodies before compression")),
      sent_bytes(scope.GetCounter("andon_elasticsearch_sent_bytes_total",
                                  "bytes of _bulk bodies as they were sent")),
      seconds(scope.GetHistogram("andon_elasticsearch_request_seconds",
                                 "time from a _bulk request to its answer")),
      in_flight(
          scope.GetGauge("andon_elasticsearch_requests_in_flight", "_bulk requests under way")),
      limit(scope.GetGauge("andon_elasticsearch_concurrency_limit",
                           "_bulk requests that may be under way at once, as things stand")),
      scope_(scope) {}

void OutputMetrics::Count(const ItemCounts& counts, bool own_ids) {
  created.Add(counts.done);
  (own_ids ? conflicts : exists).Add(counts.exists);
  again.Add(counts.again);
  rejected.Add(counts.rejected);
}

Counter& OutputMetrics::Requests(int code) {
  return scope_.GetCounter("andon_elasticsearch_requests_total",
                           "_bulk requests by the answer's status",
                           {{"code", code == 0 ? "none" : std::to_string(code)}});
}

}  // namespace andon::elasticsearch
