package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.undertow.Undertow;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceHandle;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Set;

/** The contract, kept by Undertow with a configuration. */
class UndertowTest extends ContainerContract implements FilterContract {

    UndertowTest() {
        super(Embedded::new);
    }

    static final class Embedded implements Container {

        private final DeploymentManager deployment;
        private final Undertow server;

        Embedded(DeploymentStyle style, BroadcastHub hub, int threads) throws Exception {
            WebSocketDeploymentInfo sockets = new WebSocketDeploymentInfo()
                    .setBuffers(new DefaultByteBufferPool(true, 16 << 10));
            ServletContainerInitializer endpoints = (classes, servletContext) -> {
                try {
                    style.addTo(servletContext,
                            (ServerContainer) servletContext.getAttribute(ServerContainer.class.getName()));
                } catch (DeploymentException e) {
                    throw new IllegalStateException(e);
                }
            };
            deployment = Servlets.defaultContainer().addDeployment(new DeploymentInfo()
                    .setClassLoader(UndertowTest.class.getClassLoader())
                    .setDeploymentName("live")
                    .setContextPath("/")
                    .addServletContextAttribute(WebSocketDeploymentInfo.ATTRIBUTE_NAME, sockets)
                    .addServletContainerInitializer(new ServletContainerInitializerInfo(
                            ServletContainerInitializer.class, () -> new ImmediateInstanceHandle<>(endpoints),
                            Set.of())));
            deployment.deploy();
            server = Undertow.builder()
                    .setIoThreads(1)
                    .setWorkerThreads(threads)
                    .addHttpListener(0, "127.0.0.1")
                    .setHandler(deployment.start())
                    .build();
            server.start();
        }

        @Override
        public URI uri() {
            InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
            return URI.create("ws://127.0.0.1:" + address.getPort() + "/live");
        }

        @Override
        public boolean tellsPolicyAddress() {
            return false;
        }

        @Override
        public int originStatus() {
            return 404;
        }

        @Override
        public void stop() throws Exception {
            deployment.stop();
            deployment.undeploy();
            server.stop();
        }
    }
}
