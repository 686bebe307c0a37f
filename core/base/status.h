// Status and Result: what happened, and what the caller may do about it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace andon {

// The code says what the caller may do; the message says what happened.
enum class StatusCode : uint8_t {
  kOk,
  kInvalidConfig,  // Somebody must edit the configuration.
  kUnavailable,    // Trying again may help.
  kRejected,       // Trying again cannot help.
  kCorrupt,        // Bytes are damaged.
};

// Returns the code's name, e.g. "unavailable".
std::string_view StatusCodeName(StatusCode code);

// One pointer; null is success, so that the good path costs nothing.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);
  Status(const Status& other);
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ == nullptr ? StatusCode::kOk : rep_->code; }
  // Subject first, lower case, no period. Empty when ok.
  std::string_view message() const {
    return rep_ == nullptr ? std::string_view() : std::string_view(rep_->message);
  }

  // The same code with "subject: " in front of the message. An ok status stays ok.
  Status WithSubject(std::string_view subject) const;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

inline Status OkStatus() { return {}; }
Status InvalidConfig(std::string message);
Status Unavailable(std::string message);
Status Rejected(std::string message);
Status Corrupt(std::string message);
// kUnavailable with strerror(error) behind the subject: `open /x: No such file or directory`.
Status ErrnoStatus(std::string_view subject, int error);

// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit by intent.
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit by intent.

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

#define ANDON_CONCAT_INNER(a, b) a##b
#define ANDON_CONCAT(a, b) ANDON_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                    \
  do {                                           \
    ::andon::Status andon_status = (expr);       \
    if (!andon_status.ok()) return andon_status; \
  } while (false)

// ASSIGN_OR_RETURN(auto file, Open(path));
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(ANDON_CONCAT(andon_result_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                          \
  if (!result.ok()) return result.status();      \
  lhs = *std::move(result)

}  // namespace andon
