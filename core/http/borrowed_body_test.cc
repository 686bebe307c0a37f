#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/http/client.h"
#include "test/support/http_peer.h"
#include "test/support/net_fixture.h"

namespace andon::http {
namespace {

class BorrowedBodyTest : public testing::Test {
 protected:
  Response Ask(Request request) {
    std::optional<Response> answer;
    const auto call = client.Send(std::move(request), [&](Response response) {
      answer = std::move(response);
      loop->Quit();
    });
    while (!answer.has_value()) loop->Run();
    return *std::move(answer);
  }

  std::unique_ptr<RunnableLoop> loop = MakeUvLoop();
  std::unique_ptr<Network> network = MakeRealNetwork(*loop, nullptr);
  Client client{*loop, {}};
};

TEST_F(BorrowedBodyTest, ABodyMayGoOnceAllOfItIsTakenEvenBeforeItsAnswer) {
  HttpPeer peer(*network, [](const HttpPeer::Request& request) {
    return HttpPeer::Answer(200, request.body);
  });
  const std::string body(3'000'000, 'x');
  std::string borrowed = body;
  int taken = 0;
  const Response response =
      Ask({.method = "POST", .url = peer.url(), .body = AsBytes(borrowed), .taken = [&] {
             ++taken;
             borrowed.assign(borrowed.size(), '-');
           }});
  EXPECT_EQ(response.body.text(), body);
  EXPECT_EQ(taken, 1);
}

TEST_F(BorrowedBodyTest, ABodyThatCouldNotBeSentIsNotSaidToBeTaken) {
  bool taken = false;
  const Response response = Ask({.method = "POST",
                                 .url = "http://127.0.0.1:1",  // Nobody listens there.
                                 .body = AsBytes("body"),
                                 .taken = [&] { taken = true; }});
  EXPECT_FALSE(response.status.ok());
  EXPECT_FALSE(taken);
}

}  // namespace
}  // namespace andon::http
