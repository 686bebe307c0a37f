// A certificate authority for one test: makes keys and certificates as PEM files in its folder.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace andon {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

class TestAuthority {
 public:
  TestAuthority(std::string folder, std::string name);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  std::string ca_file() const { return folder_ + "/" + name_ + ".ca.pem"; }
  // `alternative_names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; may be empty. A
  // negative validity makes a certificate that has expired.
  CertificateFiles Issue(const std::string& common_name, const std::string& alternative_names,
                         long valid_seconds = 3600) const;
  // The key again, encrypted.
  std::string Protect(const CertificateFiles& files) const;

 private:
  const std::string folder_;
  const std::string name_;
  EVP_PKEY* const key_;
  X509* const certificate_;
};

}  // namespace andon
