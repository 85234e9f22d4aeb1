package io.techops.broadcast.containers;

import java.nio.file.Path;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script for browsers, in a web application that has the endpoint's jar, with no line written for it. */
class TomcatScriptTest {

    @TempDir
    private Path base;

    private StandardContext application(Tomcat tomcat) throws Exception {
        StandardContext context = new StandardContext();
        context.setName("/war");
        context.setPath("/war");
        context.setDocBase(BrowserScript.application(base).toString());
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false); // of the tests
        context.setJarScanner(scanner);
        ContextConfig config = new ContextConfig();
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(config);
        Tomcat.addServlet(context, "default", new DefaultServlet());
        context.addServletMapping("/", "default");
        Tomcat.addDefaultMimeTypeMappings(context); // the standalone Tomcat has them in conf/web.xml
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
            BrowserScript.isServed(tomcat.getConnector().getLocalPort(), "/war/");
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
