// A node that takes its bodies slowly, or not at all.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "test/support/elasticsearch_fixture.h"

namespace andon {
namespace {

using ElasticsearchSlowNodeTest = ElasticsearchFixture;

// Connections come about, and nobody reads from them.
class DeafNode {
 public:
  DeafNode() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 4), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~DeafNode() { close(fd_); }
  DeafNode(const DeafNode&) = delete;
  DeafNode& operator=(const DeafNode&) = delete;
  const std::string& url() const { return url_; }

 private:
  const int fd_ = socket(AF_INET, SOCK_STREAM, 0);
  std::string url_;
};

TEST_F(ElasticsearchSlowNodeTest, ItKeepsNoOtherFromItsBody) {
  const DeafNode deaf;
  peer.emplace(*network, Taken);
  Make("hosts: ['" + deaf.url() + "', '" + peer->url() + "'], timeout: 2s");
  const std::string record = R"({"n":")" + std::string(size_t{8} << 20, 'x') + R"("})";
  std::vector<WriteResult> answers;
  for (Sequence first = 1; first <= 2; ++first) {
    output->Write(MakeChunk({EventFromJson("log.a", record)}, {.first = first}),
                  [&](WriteResult result) {
                    answers.push_back(std::move(result));
                    loop->Quit();
                  });
  }
  while (answers.size() < 2) loop->Run();
  EXPECT_THAT(answers[0].status, IsOk());
  EXPECT_EQ(answers[1].status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(peer->requests().size(), 1u);
}

}  // namespace
}  // namespace andon
