package io.techops.broadcast.containers;

import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;
import org.junit.jupiter.api.Nested;

/** The contract, kept by the standalone server for endpoints that the application gives it. */
class HostedTest {

    @Nested
    class WithAClassThatExtends extends DeploymentContract {
        WithAClassThatExtends() {
            super(DeploymentStyle.EXTENDING, (style, hub, threads) -> new Hosting(style));
        }
    }

    @Nested
    class WithAClassThatDelegates extends DeploymentContract {
        WithAClassThatDelegates() {
            super(DeploymentStyle.DELEGATING, (style, hub, threads) -> new Hosting(style));
        }
    }

    @Nested
    class WithAConfiguration extends ContainerContract {
        WithAConfiguration() {
            super((style, hub, threads) -> new Hosting(style));
        }
    }

    private static final class Hosting implements Container {

        private final BroadcastServer server;

        Hosting(DeploymentStyle style) {
            BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0).path("/own")
                    .maxMessageBytes(1 << 20).allowOrigin("https://example.org");
            style.annotated().forEach(builder::endpoint);
            style.configurations().forEach(builder::endpoint);
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
