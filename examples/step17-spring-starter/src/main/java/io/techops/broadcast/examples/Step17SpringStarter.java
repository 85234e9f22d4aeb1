package io.techops.broadcast.examples;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Step 17, Spring Boot by the starter: topics for members with a token, a page, and any number of nodes on one Redis.
 *
 * <pre>java -jar examples/step17-spring-starter/target/step17-spring-starter.jar</pre>
 */
@SpringBootApplication
public class Step17SpringStarter {

    private static final Map<String, String> USERS = Map.of("anns-token", "ann", "bobs-token", "bob");
    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    /** Starts the application; with {@code --broadcast.redis.uri=redis://localhost} it is one of many nodes. */
    public static void main(String[] arguments) {
        SpringApplication.run(Step17SpringStarter.class, arguments);
    }

    @Bean
    HandshakePolicy members() {
        return request -> {
            String user = request.bearerToken() == null ? null : USERS.get(request.bearerToken());
            return user == null ? Decision.refuse(401, "A token is needed.") : Decision.accept().attribute(USER, user);
        };
    }

    @Bean
    MessagePolicy signed() {
        return MessagePolicy.nonBlocking((context, message) -> message instanceof Message.Text text
                ? MessagePolicy.Verdict.relay(Message.text(context.peer().attributes().get(USER) + ": " + text.text()))
                : MessagePolicy.Verdict.ignore());
    }

    /** Any part of the application publishes through the topics. */
    @RestController
    record News(Topics topics) {

        @PostMapping("/news/{topic}")
        void publish(@PathVariable String topic, @RequestBody String text) {
            topics.hub(topic).broadcast(text);
        }
    }
}
