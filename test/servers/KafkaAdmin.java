// What the tests change in a broker, with Kafka's own client:
//
//   java -cp 'JARS/*' KafkaAdmin.java BROKER topic:NAME:PARTITIONS grant:USER:TOPIC:NAME:WRITE
//
// The name of what is granted may end in "*": then it is a prefix.

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

public class KafkaAdmin {
  public static void main(String[] arguments) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
      for (String what : List.of(arguments).subList(1, arguments.length)) change(admin, what.split(":"));
    }
  }

  private static void change(Admin admin, String[] what) throws Exception {
    if (what[0].equals("topic")) {
      NewTopic topic = new NewTopic(what[1], Integer.parseInt(what[2]), (short) 1);
      admin.createTopics(List.of(topic)).all().get();
      return;
    }
    boolean prefix = what[3].endsWith("*");
    String name = prefix ? what[3].substring(0, what[3].length() - 1) : what[3];
    ResourcePattern pattern = new ResourcePattern(
        ResourceType.valueOf(what[2]), name, prefix ? PatternType.PREFIXED : PatternType.LITERAL);
    AccessControlEntry entry = new AccessControlEntry(
        "User:" + what[1], "*", AclOperation.valueOf(what[4]), AclPermissionType.ALLOW);
    admin.createAcls(List.of(new AclBinding(pattern, entry))).all().get();
  }
}
