package com.example.live;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;

/** A web application in Tomcat: connects, is told what is broadcast, gets the script, ends; exits with 1 if not. */
public final class Main {

    private static final long LIMIT_SECONDS = 120;
    private static final BroadcastHub HUB = BroadcastHub.create();

    private Main() {
    }

    public static void main(String[] args) throws Exception {
        for (String other : new String[] {"tyrus/core/TyrusSession", "grizzly/Transport"}) {
            expect("on the class path, " + other, null, Main.class.getResource("/org/glassfish/" + other + ".class"));
        }
        Tomcat tomcat = new Tomcat();
        Path base = Files.createTempDirectory(Path.of("target"), "tomcat");
        tomcat.setBaseDir(base.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Files.createDirectories(base.resolve("webapps"));
        Path folder = Files.createDirectory(base.resolve("application"));
        tomcat.setAddDefaultWebXmlToWebapp(false); // there is no JSP
        Context application = tomcat.addWebapp("", folder.toAbsolutePath().toString());
        Tomcat.addServlet(application, "default", new DefaultServlet());
        application.addServletMapping("/", "default");
        Tomcat.addDefaultMimeTypeMappings(application);
        application.addApplicationListener(Live.class.getName());
        tomcat.start();
        try {
            servesPeers(tomcat.getConnector().getLocalPort());
            servesTheScript(tomcat.getConnector().getLocalPort());
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
        endOfThreads();
        System.out.println("all as it should be");
    }

    /** Fails if a thread of the library lives on. */
    private static void endOfThreads() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("broadcast-")) {
                thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
                expect(thread + " lives on", false, thread.isAlive());
            }
        }
    }

    /** Adds the endpoint, as a listener of any web application does. */
    public static final class Live implements ServletContextListener {

        @Override
        public void contextInitialized(ServletContextEvent event) {
            try {
                ((ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName()))
                        .addEndpoint(BroadcastEndpoint.config("/live", HUB));
            } catch (DeploymentException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void servesPeers(int port) throws Exception {
        Peer peer = new Peer();
        try (BroadcastHub hub = HUB) {
            WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/live"), peer)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            socket.sendText("hello from a peer", true).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            expect("a message", "text hello from a peer", peer.next());
            expect("the peers", 1, hub.peers().size());
            hub.broadcast("hello from the host");
            expect("a message", "text hello from the host", peer.next());
        }
        expect("the end", "close 1001", peer.next());
    }

    /** From the library's jar, without a line for it. */
    private static void servesTheScript(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/broadcast.js"))
                .timeout(Duration.ofSeconds(LIMIT_SECONDS)).build();
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        expect("the status", 200, response.statusCode());
        expect("the media type", "text/javascript",
                response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""));
        try (InputStream script = Main.class.getResourceAsStream("/META-INF/resources/broadcast.js")) {
            expect("the script of the jar", true, Arrays.equals(script.readAllBytes(), response.body()));
        }
    }

    private static void expect(String what, Object expected, Object found) {
        if (expected == null ? found != null : !expected.equals(found)) {
            throw new AssertionError(what + " should be " + expected + ", but: " + found);
        }
    }

    /** What the server says to us. */
    private static final class Peer implements WebSocket.Listener {

        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return String.valueOf(events.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            events.add("text " + text);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String phrase) {
            events.add("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable thrown) {
            events.add(thrown.toString());
        }
    }
}
