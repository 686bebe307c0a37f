#include "core/app/admin.h"

#include <utility>

#include "core/app/process_metrics.h"

namespace andon {

Result<std::unique_ptr<Admin>> Admin::Listen(Loop& loop, Network& network,
                                             const std::string& address, MetricRegistry& metrics,
                                             const Supervisor& supervisor) {
  std::unique_ptr<Admin> admin(new Admin(metrics, supervisor));
  if (address == "none") return admin;
  auto parsed = ParseAddress(address, Address::Kind::kTcp);
  if (!parsed.ok()) return parsed.status().WithSubject("service.admin");
  auto server = HttpServer::Listen(
      loop, network, *parsed,
      [raw = admin.get()](const HttpRequest& request) { return raw->Answer(request); });
  if (!server.ok()) return server.status().WithSubject("service.admin");
  admin->server_ = *std::move(server);
  return admin;
}

std::string Admin::address() const {
  return server_ == nullptr ? std::string() : server_->address().ToString();
}

HttpResponse Admin::Answer(const HttpRequest& request) {
  if (request.path == "/metrics") {
    HttpResponse response{.status = 200,
                          .content_type = "text/plain; version=0.0.4; charset=utf-8",
                          .body = metrics_.Render()};
    AppendProcessMetrics(response.body);
    return response;
  }
  if (request.path == "/health/live") return {.status = 200, .body = "live\n"};
  if (request.path == "/health/ready") return Ready();
  return {.status = 404, .body = "there are /metrics, /health/live and /health/ready\n"};
}

HttpResponse Admin::Ready() const {
  const Health health = supervisor_.health();
  HttpResponse response{.status = health.ready ? 200 : 503,
                        .body = health.ready ? "ready\n" : "not ready\n"};
  for (const std::string& reason : health.reasons) response.body += reason + "\n";
  return response;
}

}  // namespace andon
