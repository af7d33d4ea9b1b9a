package io.github.gracefulshutdown.autoconfigure.application;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;

import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * An application that serves and tells what it is made of. It knows nothing of the
 * starter, so that it runs without it as well.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@EnableAsync
public class ServingApplication {

	/**
	 * Starts the application, asks it for its health, and returns facts about it: by
	 * topic, and by name.
	 */
	public static Map<String, Map<String, String>> facts(String type) throws IOException, InterruptedException {
		TomcatURLStreamHandlerFactory.disable(); // there is one for all class loaders
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ServingApplication.class)
			.web(WebApplicationType.valueOf(type))
			.registerShutdownHook(false)
			.properties("server.port=0", "grpc.server.port=-1", "management.endpoints.web.exposure.include=*",
					"management.endpoint.health.show-details=always")
			.run()) {
			return Map.of("definition", definitions(context.getBeanFactory()), "type", types(context.getBeanFactory()),
					"executor", executors(context.getBeanFactory()), "condition", conditions(context.getBeanFactory()),
					"environment", propertySources(context), "health", health(context));
		}
	}

	@Bean(defaultCandidate = false)
	SimpleAsyncTaskExecutor withoutPool() {
		return new SimpleAsyncTaskExecutor();
	}

	private static Map<String, String> definitions(ConfigurableListableBeanFactory beanFactory) {
		Map<String, String> definitions = new TreeMap<>();
		for (String name : beanFactory.getBeanDefinitionNames()) {
			BeanDefinition definition = beanFactory.getMergedBeanDefinition(name);
			definitions.put(name, "%s %s.%s %s lazy=%s primary=%s depends=%s".formatted(definition.getBeanClassName(),
					definition.getFactoryBeanName(), definition.getFactoryMethodName(), definition.getScope(),
					definition.isLazyInit(), definition.isPrimary(),
					String.join(",", (definition.getDependsOn() != null) ? definition.getDependsOn() : new String[0])));
		}
		return definitions;
	}

	private static Map<String, String> types(ConfigurableListableBeanFactory beanFactory) {
		Map<String, String> types = new TreeMap<>();
		for (String name : beanFactory.getSingletonNames()) {
			Object bean = beanFactory.getSingleton(name);
			if (bean != null) {
				types.put(name, AopUtils.getTargetClass(bean).getName().replaceAll("(\\$\\$|/).*", "")
						+ (AopUtils.isAopProxy(bean) ? " behind a proxy" : ""));
			}
		}
		return types;
	}

	/** Returns whatever an executor keeps as a plain value: its settings. */
	private static Map<String, String> executors(ConfigurableListableBeanFactory beanFactory) {
		Map<String, String> settings = new TreeMap<>();
		beanFactory.getBeansOfType(Executor.class).forEach((name, executor) -> {
			if (executor instanceof TaskExecutor) {
				for (Class<?> type = executor.getClass(); type != Object.class; type = type.getSuperclass()) {
					for (Field field : type.getDeclaredFields()) {
						put(settings, name, executor, field);
					}
				}
			}
		});
		return settings;
	}

	private static void put(Map<String, String> settings, String name, Object executor, Field field) {
		if (!Modifier.isStatic(field.getModifiers()) && field.getType().isPrimitive()) {
			try {
				field.setAccessible(true);
				settings.put(name + "." + field.getName(), String.valueOf(field.get(executor)));
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private static Map<String, String> conditions(ConfigurableListableBeanFactory beanFactory) {
		Map<String, String> conditions = new TreeMap<>();
		ConditionEvaluationReport.get(beanFactory)
			.getConditionAndOutcomesBySource()
			.forEach((source, outcomes) -> conditions.put(source, String.valueOf(outcomes.isFullMatch())));
		return conditions;
	}

	private static Map<String, String> propertySources(ConfigurableApplicationContext context) {
		Map<String, String> sources = new TreeMap<>();
		context.getEnvironment()
			.getPropertySources()
			.forEach((source) -> sources.put(source.getName(), source.getClass().getName()));
		return sources;
	}

	private static Map<String, String> health(ConfigurableApplicationContext context)
			throws IOException, InterruptedException {
		Map<String, String> answers = new TreeMap<>();
		String port = context.getEnvironment().getProperty("local.server.port");
		if (port != null) {
			for (String path : new String[] { "health", "health/readiness", "health/liveness", "health/readinessState",
					"health/livenessState", "health/ping", "info" }) {
				HttpResponse<String> response = HttpClient.newHttpClient()
					.send(HttpRequest.newBuilder(URI.create("http://localhost:%s/actuator/%s".formatted(port, path)))
						.build(), BodyHandlers.ofString());
				String body = response.body().replaceAll("\"(free|timestamp)\":[^,}]+", "");
				answers.put(path, response.statusCode() + " " + body);
			}
		}
		return answers;
	}

}
