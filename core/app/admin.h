// The admin endpoint: /metrics, /health/live, /health/ready.
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/metrics/metrics.h"
#include "core/net/http_server.h"
#include "core/net/stream.h"
#include "core/pipeline/supervisor.h"

namespace andon {

// Thread: main.
class Admin {
 public:
  // `address` as in service.admin; "none" makes an endpoint that does not listen.
  static Result<std::unique_ptr<Admin>> Listen(Loop& loop, Network& network,
                                               const std::string& address, MetricRegistry& metrics,
                                               const Supervisor& supervisor);
  // With the real port; empty when it does not listen.
  std::string address() const;

 private:
  Admin(MetricRegistry& metrics, const Supervisor& supervisor)
      : metrics_(metrics), supervisor_(supervisor) {}
  HttpResponse Answer(const HttpRequest& request);
  HttpResponse Ready() const;

  MetricRegistry& metrics_;
  const Supervisor& supervisor_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace andon
