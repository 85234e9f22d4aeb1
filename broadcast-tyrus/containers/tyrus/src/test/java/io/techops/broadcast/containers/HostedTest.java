package io.techops.broadcast.containers;

import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;
import org.junit.jupiter.api.Nested;

/** The contract, kept by the standalone server for endpoints that the application gives it. */
class HostedTest {

    @Nested
    class WithAClassThatExtends extends ContainerContract {
        WithAClassThatExtends() {
            super(Way.EXTENDING, (way, hub, threads) -> new Hosting(way));
        }
    }

    @Nested
    class WithAClassThatDelegates extends ContainerContract {
        WithAClassThatDelegates() {
            super(Way.DELEGATING, (way, hub, threads) -> new Hosting(way));
        }
    }

    @Nested
    class WithAConfiguration extends ContainerContract {
        WithAConfiguration() {
            super(Way.CONFIGURED, (way, hub, threads) -> new Hosting(way));
        }
    }

    private static final class Hosting implements Container {

        private final BroadcastServer server;

        Hosting(Way way) {
            BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0).path("/own")
                    .maxMessageBytes(1 << 20);
            way.annotated().forEach(builder::endpoint);
            way.configurations().forEach(builder::endpoint);
            server = builder.start();
        }

        @Override
        public URI uri() {
            return server.uri().resolve("/live");
        }

        @Override
        public boolean lingers() {
            return true;
        }

        @Override
        public void stop() {
            server.close();
        }
    }
}
