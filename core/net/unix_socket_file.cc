#include "core/net/unix_socket_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/net/socket_address.h"
#include "core/net/unique_fd.h"

namespace andon {

namespace {

FileId IdOf(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

}  // namespace

UnixSocketFile::UnixSocketFile(std::string path) : path_(std::move(path)), id_(IdOf(path_)) {}

UnixSocketFile::~UnixSocketFile() {
  if (id_ != FileId() && IdOf(path_) == id_) ::unlink(path_.c_str());
}

Status RemoveStaleSocketFile(const std::string& path, int type) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? OkStatus() : ErrnoStatus(path, errno);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return Unavailable("the file exists and is no socket; choose another path or remove it");
  }
  const UniqueFd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.valid()) return ErrnoStatus("socket", errno);
  const auto address = NumericAddress({Address::Kind::kUnix, path, 0});
  if (::connect(probe.get(), address->get(), address->length) == 0 || errno == EAGAIN) {
    return Unavailable("another process listens there");
  }
  // A socket of the other type is somebody's too.
  if (errno != ECONNREFUSED) return ErrnoStatus("the file exists", errno);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus("remove the stale socket", errno);
  }
  return OkStatus();
}

}  // namespace andon
