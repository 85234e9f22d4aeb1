package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.URI;

/** The contract, kept by the standalone server. */
class StandaloneTest extends ContainerContract {

    StandaloneTest() {
        super((style, hub, threads) -> new Standalone(hub));
    }

    private static final class Standalone implements Container {

        private final BroadcastServer server;

        Standalone(BroadcastHub hub) {
            server = BroadcastServer.builder().hub(hub).host("127.0.0.1").port(0).path("/live").start();
        }

        @Override
        public URI uri() {
            return server.uri();
        }

        @Override
        public boolean lingers() {
            return true;
        }

        @Override
        public boolean refusesBeforeUpgrade() {
            return true;
        }

        @Override
        public boolean isForeign() {
            return false;
        }

        @Override
        public void stop() {
            server.close();
        }
    }
}
