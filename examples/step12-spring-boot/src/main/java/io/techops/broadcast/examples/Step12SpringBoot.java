package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/**
 * Step 12, Spring Boot: the hub is a bean, peers connect to {@code /live} on the port of the application, and a
 * controller broadcasts what is posted to {@code /news}.
 *
 * <pre>java -jar examples/step12-spring-boot/target/step12-spring-boot.jar</pre>
 *
 * <p>With {@code --server.port=8080} it listens there instead of on 5000; {@code --live.close-limit=20s} gives peers
 * that are behind more time at the end than 5 seconds.
 */
@SpringBootApplication
public class Step12SpringBoot {

    /**
     * Starts the application.
     *
     * @param arguments what Spring Boot makes of them
     */
    public static void main(String[] arguments) {
        SpringApplication.run(Step12SpringBoot.class, arguments);
    }

    @Bean
    BroadcastHub hub() {
        return BroadcastHub.create(); // or BroadcastHub.builder(), with all its settings
    }

    @Bean
    ServerEndpointConfig live(BroadcastHub hub) {
        return BroadcastEndpoint.config("/live", hub);
    }

    /** Hands every endpoint that is a bean to the container of the web server. */
    @Bean
    ServerEndpointExporter endpoints() {
        return new ServerEndpointExporter();
    }

    /** Any part of the application publishes through the hub. */
    @RestController
    static class News {

        private final BroadcastHub hub;
        private final Duration limit;

        News(BroadcastHub hub, @Value("${live.close-limit:5s}") Duration limit) {
            this.hub = hub;
            this.limit = limit;
        }

        @PostMapping("/news")
        void publish(@RequestBody String text) {
            hub.broadcast(text);
        }

        @GetMapping("/peers")
        int peers() {
            return hub.peers().size();
        }

        /** Runs before the web server stops: every peer gets what was broadcast, and a close frame with 1001. */
        @EventListener(ContextClosedEvent.class)
        void end() {
            hub.close(limit);
        }
    }
}
