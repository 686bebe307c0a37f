// What the output finds, and installs, before it writes.
#include <string>

#include "test/support/elasticsearch_fixture.h"

namespace andon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using ElasticsearchSetupTest = ElasticsearchFixture;

TEST_F(ElasticsearchSetupTest, TemplatesAreInstalledBeforeAnythingIsWritten) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", index: 'web-%Y', install: {templates: true, lifecycle: true, name: web}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(
      Asked(),
      ElementsAre("GET /_ilm/policy/web", "PUT /_ilm/policy/web",
                  "GET /_component_template/web-settings", "PUT /_component_template/web-settings",
                  "GET /_component_template/web-mappings", "PUT /_component_template/web-mappings",
                  "GET /_index_template/web", "PUT /_index_template/web"));
  EXPECT_THAT(peer->requests()[3].body, HasSubstr(R"("index.lifecycle.name": "web")"));
  EXPECT_THAT(peer->requests()[5].body, HasSubstr(R"("@timestamp": {"type": "date_nanos"})"));
  EXPECT_THAT(peer->requests()[7].body, AllOf(HasSubstr(R"("index_patterns": ["web-*"])"),
                                              HasSubstr(R"(["web-mappings", "web-settings"])")));
}

TEST_F(ElasticsearchSetupTest, WhatIsInstalledStaysUnlessItIsAnOlderVersionOfOurs) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        const std::string ours = R"("_meta":{"managed_by":"andon"})";
        const std::string settings = R"({"component_templates":[{"name":"x","component_template":{)"
                                     R"("version":0,)" +
                                     ours + "}}]}";
        const std::string mappings = R"({"component_templates":[{"name":"x","component_template":{)"
                                     R"("version":0}}]})";
        const std::string index =
            R"({"index_templates":[{"index_template":{"version":1,)" + ours + "}}]}";
        if (request.target.ends_with("-settings")) return HttpPeer::Answer(200, settings);
        if (request.target.ends_with("-mappings")) return HttpPeer::Answer(200, mappings);
        return HttpPeer::Answer(200, index);
      },
      ", install: {templates: true}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(Asked(),
              ElementsAre("GET /_component_template/andon-settings",
                          "PUT /_component_template/andon-settings",
                          "GET /_component_template/andon-mappings", "GET /_index_template/andon"));
}

TEST_F(ElasticsearchSetupTest, AnOldServerGetsALegacyTemplateAndAnotherPolicyOrNone) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        if (!request.target.starts_with("/_template")) {
          return HttpPeer::Answer(400, R"({"error":"no handler found for uri","status":400})");
        }
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", install: {templates: true, lifecycle: true}");
  EXPECT_THAT(Write(1).status, IsOk());
  EXPECT_THAT(Asked(), ElementsAre("GET /_ilm/policy/andon", "GET /_plugins/_ism/policies/andon",
                                   "GET /_component_template/andon-settings",
                                   "GET /_template/andon", "PUT /_template/andon"));
  EXPECT_THAT(peer->requests()[4].body, StartsWith(R"({"version":1,"index_patterns":["andon-*"])"));
}

TEST_F(ElasticsearchSetupTest, WhatCannotBeInstalledIsSaidAndTriedAgain) {
  bool allowed = false;
  Run(
      [&allowed](const HttpPeer::Request& request) {
        if (request.target.find("/_bulk?") != std::string::npos) return Taken(request);
        if (!allowed) return Error(403, "security_exception", "action is unauthorized");
        return request.method == "GET" ? HttpPeer::Answer(404, "{}") : HttpPeer::Answer(200, "{}");
      },
      ", install: {templates: true}");
  EXPECT_THAT(Write(1).status,
              StatusIs(StatusCode::kUnavailable, HasSubstr("action is unauthorized")));
  allowed = true;
  EXPECT_THAT(Write(1).status, IsOk());
}

TEST_F(ElasticsearchSetupTest, AComponentTemplateThatIsRefusedIsNoOldServersAnswer) {
  Run(
      [](const HttpPeer::Request& request) {
        if (request.method == "GET") return HttpPeer::Answer(404, "{}");
        return Error(400, "illegal_argument_exception", "results in an invalid template");
      },
      ", install: {templates: true}");
  EXPECT_THAT(Write(1).status,
              StatusIs(StatusCode::kUnavailable,
                       testing::AllOf(HasSubstr("cannot install /_component_template/"),
                                      HasSubstr("results in an invalid template"))));
  for (const std::string& one : Asked()) EXPECT_THAT(one, testing::Not(HasSubstr("/_template/")));
}

TEST_F(ElasticsearchSetupTest, AProbeTellsOfAddressRightsAndTemplate) {
  peer.emplace(*network, [](const HttpPeer::Request& request) {
    if (request.target.starts_with("/_cluster/health")) {
      return HttpPeer::Answer(200, R"({"status":"green"})");
    }
    if (request.target.starts_with("/_security")) {
      return HttpPeer::Answer(200, R"({"has_all_requested":false,"index":{"andon-*":{}}})");
    }
    return HttpPeer::Answer(
        200, R"({"template":{"mappings":{"properties":{"@timestamp":{"type":"date_nanos"}}}}})");
  });
  EXPECT_THAT(Probe("hosts: '" + peer->url() + "'"),
              ElementsAre(HasSubstr("address and credentials, the cluster is \"green\""),
                          HasSubstr("rights on andon-*: the role lacks"),
                          HasSubstr("keeps its nanoseconds")));
}

TEST_F(ElasticsearchSetupTest, AProbeOfWrongCredentialsSaysSo) {
  peer.emplace(*network, [](const HttpPeer::Request&) {
    return Error(401, "security_exception", "unable to authenticate user [u]");
  });
  EXPECT_THAT(Probe("hosts: '" + peer->url() + "', user: u, password: p"),
              ElementsAre(AllOf(HasSubstr("unable to authenticate"), HasSubstr("check user"))));
}

}  // namespace
}  // namespace andon
