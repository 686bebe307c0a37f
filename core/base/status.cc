#include "core/base/status.h"

#include <cstring>

namespace andon {

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "ok";
    case StatusCode::kInvalidConfig:
      return "invalid configuration";
    case StatusCode::kUnavailable:
      return "unavailable";
    case StatusCode::kRejected:
      return "rejected";
    case StatusCode::kCorrupt:
      return "corrupt";
  }
  return "unknown";
}

Status::Status(StatusCode code, std::string message)
    : rep_(code == StatusCode::kOk ? nullptr
                                   : std::make_unique<Rep>(Rep{code, std::move(message)})) {}

Status::Status(const Status& other)
    : rep_(other.rep_ == nullptr ? nullptr : std::make_unique<Rep>(*other.rep_)) {}

Status& Status::operator=(const Status& other) {
  if (this != &other) rep_ = other.rep_ == nullptr ? nullptr : std::make_unique<Rep>(*other.rep_);
  return *this;
}

Status Status::WithSubject(std::string_view subject) const {
  if (ok()) return {};
  std::string message(subject);
  message += ": ";
  message += rep_->message;
  return {rep_->code, std::move(message)};
}

Status InvalidConfig(std::string message) {
  return {StatusCode::kInvalidConfig, std::move(message)};
}
Status Unavailable(std::string message) { return {StatusCode::kUnavailable, std::move(message)}; }
Status Rejected(std::string message) { return {StatusCode::kRejected, std::move(message)}; }
Status Corrupt(std::string message) { return {StatusCode::kCorrupt, std::move(message)}; }

Status ErrnoStatus(std::string_view subject, int error) {
  std::string message(subject);
  message += ": ";
  char text[128];
  message += strerror_r(error, text, sizeof text);  // The GNU variant returns the text.
  return Unavailable(std::move(message));
}

}  // namespace andon
