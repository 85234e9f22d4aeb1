package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.TestRun;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script for browsers, in a web application that has the endpoint's jar, with no line written for it. */
class TomcatScriptTest {

    private static final String RESOURCES = "META-INF/resources/";
    private static final String SCRIPT = "broadcast.js";

    @TempDir
    private Path base;

    private static byte[] script() throws Exception {
        try (InputStream in = BroadcastEndpoint.class.getResourceAsStream("/" + RESOURCES + SCRIPT)) {
            return in.readAllBytes();
        }
    }

    /** A web application with a library that has the script where the endpoint's jar has it. */
    private StandardContext application(Tomcat tomcat) throws Exception {
        Path folder = base.resolve("application");
        Path libraries = Files.createDirectories(folder.resolve("WEB-INF/lib"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(libraries.resolve("endpoint.jar")))) {
            jar.putNextEntry(new ZipEntry(RESOURCES));
            jar.putNextEntry(new ZipEntry(RESOURCES + SCRIPT));
            jar.write(script());
        }
        StandardContext context = new StandardContext();
        context.setName("/war");
        context.setPath("/war");
        context.setDocBase(folder.toString());
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false); // of the tests
        context.setJarScanner(scanner);
        ContextConfig config = new ContextConfig();
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(config);
        Tomcat.addServlet(context, "default", new DefaultServlet());
        context.addServletMapping("/", "default");
        return context;
    }

    @Test
    void isServed() throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector();
        tomcat.getHost().addChild(application(tomcat));
        tomcat.start();
        try {
            URI uri = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/war/" + SCRIPT);
            HttpResponse<byte[]> response = HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(uri).timeout(TestRun.LIMIT).build(), BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(script());
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
