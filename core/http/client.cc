#include "core/http/client.h"

#include <curl/curl.h>

#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/thread_checker.h"
#include "core/http/transfer.h"

namespace andon::http {
namespace {

constexpr size_t kIdleTransfers = 8;  // Handles that are kept for the next requests.

void InitializeCurl() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(initialized == CURLE_OK);
}

}  // namespace

// curl's multi interface (https://curl.se/libcurl/c/libcurl-multi.html): it says which descriptors
// and which timer it waits for, and is told when they are ready.
class Client::Driver {
 public:
  Driver(Loop& loop, ClientOptions options)
      : loop_(loop), options_(std::move(options)), self_(std::make_shared<Driver*>(this)) {
    InitializeCurl();
    multi_ = curl_multi_init();
    CHECK(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }

  ~Driver() {
    *self_ = nullptr;
    active_.clear();
    idle_.clear();
    curl_multi_cleanup(multi_);
  }

  std::unique_ptr<Call> Send(Request request, UniqueFunction<void(Response)> done) {
    thread_.Check();
    std::unique_ptr<Transfer> transfer;
    if (idle_.empty()) {
      transfer = std::make_unique<Transfer>(options_);
    } else {
      transfer = std::move(idle_.back());
      idle_.pop_back();
    }
    const uint64_t id = ++last_id_;
    transfer->Begin(std::move(request), std::move(done));
    CHECK(curl_multi_add_handle(multi_, transfer->handle()) == CURLM_OK);
    ids_[transfer.get()] = id;
    active_.emplace(id, Active{this, std::move(transfer)});
    return std::make_unique<DrivenCall>(self_, id);
  }

 private:
  struct FinishedCall {
    uint64_t id;
    UniqueFunction<void(Response)> done;
    Response response;
  };

  // Takes the transfer out of curl's hands when it goes.
  struct Active {
    Active(Driver* owner, std::unique_ptr<Transfer> made)
        : driver(owner), transfer(std::move(made)) {}
    Active(Active&&) noexcept = default;
    Active& operator=(Active&&) = delete;
    ~Active() {
      if (transfer == nullptr) return;
      driver->ids_.erase(transfer.get());
      curl_multi_remove_handle(driver->multi_, transfer->handle());
    }
    Driver* driver;
    std::unique_ptr<Transfer> transfer;
  };

  class DrivenCall final : public Call {
   public:
    DrivenCall(std::shared_ptr<Driver*> driver, uint64_t id)
        : driver_(std::move(driver)), id_(id) {}
    ~DrivenCall() override {
      if (*driver_ != nullptr) (*driver_)->Forget(id_);
    }

   private:
    std::shared_ptr<Driver*> driver_;
    uint64_t id_;
  };

  static int OnSocket(CURL* /*handle*/, curl_socket_t fd, int what, void* self, void* /*socket*/) {
    static_cast<Driver*>(self)->Watching(fd, what);
    return 0;
  }

  static int OnTimer(CURLM* /*multi*/, long milliseconds, void* self) {
    Driver& driver = *static_cast<Driver*>(self);
    driver.timer_.reset();
    if (milliseconds < 0) return 0;
    driver.timer_ = driver.loop_.After(std::chrono::milliseconds(milliseconds),
                                       [&driver] { driver.Act(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
  }

  void Watching(int fd, int what) {
    if (what == CURL_POLL_REMOVE) {
      watches_.erase(fd);
      return;
    }
    const auto interest = static_cast<Interest>(((what & CURL_POLL_IN) != 0 ? 1 : 0) |
                                                ((what & CURL_POLL_OUT) != 0 ? 2 : 0));
    const auto found = watches_.find(fd);
    if (found != watches_.end()) return found->second->Set(interest);
    auto watch = loop_.WatchFd(fd, interest, [this, fd](Interest ready) {
      const int in = Has(ready, Interest::kRead) ? CURL_CSELECT_IN : 0;
      const int out = Has(ready, Interest::kWrite) ? CURL_CSELECT_OUT : 0;
      Act(fd, in | out);
    });
    // Without a watch the request runs into its time-out.
    if (watch.ok()) watches_.emplace(fd, *std::move(watch));
  }

  void Act(curl_socket_t fd, int ready) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, ready, &running);
    Collect();
  }

  void Collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer& transfer = Transfer::Of(message->easy_handle);
      const uint64_t id = ids_.at(&transfer);
      Response response = transfer.TakeResponse(message->data.result);
      finished_.push_back({id, transfer.TakeDone(), std::move(response)});
      Finished(id);
    }
    // Each may end calls that are finished too, and this driver.
    const std::shared_ptr<Driver*> self = self_;
    while (*self != nullptr && !finished_.empty()) {
      FinishedCall call = std::move(finished_.front());
      finished_.pop_front();
      call.done(std::move(call.response));
    }
  }

  void Forget(uint64_t id) {
    active_.erase(id);
    std::erase_if(finished_, [id](const FinishedCall& call) { return call.id == id; });
  }

  void Finished(uint64_t id) {
    auto active = active_.extract(id);
    std::unique_ptr<Transfer>& transfer = active.mapped().transfer;
    curl_multi_remove_handle(multi_, transfer->handle());
    ids_.erase(transfer.get());
    if (idle_.size() < kIdleTransfers) idle_.push_back(std::move(transfer));
    transfer.reset();
  }

  Loop& loop_;
  const ClientOptions options_;
  ThreadChecker thread_;
  std::shared_ptr<Driver*> self_;  // Null once this is gone: late calls find nobody.
  CURLM* multi_ = nullptr;
  uint64_t last_id_ = 0;
  std::unordered_map<int, std::unique_ptr<Watch>> watches_;
  std::unique_ptr<Timer> timer_;
  std::unordered_map<const Transfer*, uint64_t> ids_;
  std::unordered_map<uint64_t, Active> active_;
  std::deque<FinishedCall> finished_;  // Not yet told.
  std::vector<std::unique_ptr<Transfer>> idle_;
};

Client::Client(Loop& loop, ClientOptions options)
    : driver_(std::make_unique<Driver>(loop, std::move(options))) {}

Client::~Client() = default;

std::unique_ptr<Call> Client::Send(Request request, UniqueFunction<void(Response)> done) {
  return driver_->Send(std::move(request), std::move(done));
}

}  // namespace andon::http
