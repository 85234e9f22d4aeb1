package io.techops.broadcast.containers;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Redeployment in Jetty. */
class JettyRedeployTest extends Redeployment {

    @Override
    protected Host start() throws Exception {
        return new Running();
    }

    /** As a web application's: its own classes first, but for what belongs to the platform and the container. */
    private static final class WarLoader extends URLClassLoader {

        WarLoader(Path classes) throws Exception {
            super(new URL[] {classes.toUri().toURL()}, new ClassLoader(WarLoader.class.getClassLoader()) {
                @Override
                protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                    if (name.startsWith("io.techops.") || name.startsWith("org.slf4j.")) {
                        throw new ClassNotFoundException(name);
                    }
                    return super.loadClass(name, resolve);
                }
            });
        }
    }

    private static final class Running implements Host {

        private final Server server = new Server(threads());
        private final ServerConnector connector = new ServerConnector(server, 1, 1);
        private final ContextHandlerCollection contexts = new ContextHandlerCollection();
        private ServletContextHandler context;
        private Runnable end;

        /**
         * {@return threads that end soon when they are idle} One may hold what it did last, for a minute by default.
         */
        private static QueuedThreadPool threads() {
            QueuedThreadPool threads = new QueuedThreadPool();
            threads.setIdleTimeout(1_000);
            threads.setMaxEvictCount(threads.getMaxThreads());
            return threads;
        }

        Running() throws Exception {
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            server.setHandler(contexts);
            server.start();
        }

        @Override
        public URI deploy(Path folder, Path classes, boolean virtual) throws Exception {
            context = new ServletContextHandler("/war");
            WarLoader loader = new WarLoader(classes);
            context.setClassLoader(loader);
            JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) ->
                    end = Redeployment.start(loader, container, virtual));
            contexts.addHandler(context);
            context.start();
            return URI.create("ws://127.0.0.1:" + connector.getLocalPort() + "/war/live");
        }

        @Override
        public ClassLoader undeploy() throws Exception {
            ClassLoader loader = context.getClassLoader();
            end.run();
            end = null;
            context.stop();
            contexts.removeHandler(context);
            context.destroy();
            context = null;
            ((WarLoader) loader).close();
            return loader;
        }

        @Override
        public void stop() throws Exception {
            server.stop();
        }
    }
}
