#include "core/kafka/error.h"

#include "core/kafka/handle.h"

namespace andon::kafka {

Verdict VerdictOf(int code) {
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return Verdict::kOk;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return Verdict::kTooLarge;
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
      return Verdict::kBadMessage;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Verdict::kUnknownTopic;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return Verdict::kNotAllowed;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
      return Verdict::kFenced;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return Verdict::kFatal;
    default:
      return Verdict::kTryAgain;
  }
}

bool IsAboutGroupRights(int code) { return code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED; }

std::string_view ErrorText(int code) {
  return rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
}

std::string AdviceOnRights(std::string_view topic_subject) {
  return Advice(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, topic_subject);
}

std::string Advice(int code, std::string_view subject) {
  const std::string about = std::string(subject) + ": ";
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return about +
             "not allowed; grant WRITE and DESCRIBE (to read: READ) on this topic to the "
             "user that andond connects as";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return about +
             "not allowed; grant READ on the consumer group to the user that andond "
             "connects as";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return about +
             "not allowed; grant IDEMPOTENT_WRITE (to create topics: CREATE) on the cluster "
             "to the user that andond connects as";
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return about +
             "not allowed; grant WRITE and DESCRIBE on transactional ids that begin with "
             "\"andon-\" to the user that andond connects as, or set exactly_once: false";
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return about + "the broker refuses the login; see the options sasl and tls";
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return about + "does not exist; create it, or set create_topics";
    default:
      return about + std::string(ErrorText(code));
  }
}

std::string Advice(const Error& error, std::string_view subject) {
  if (error.verdict == Verdict::kNotAllowed || error.verdict == Verdict::kUnknownTopic ||
      error.text.empty()) {
    return Advice(error.code, subject);
  }
  return std::string(subject) + ": " + error.text;
}

}  // namespace andon::kafka
