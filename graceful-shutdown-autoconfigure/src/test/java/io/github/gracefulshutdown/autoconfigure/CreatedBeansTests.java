package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link CreatedBeans}. */
class CreatedBeansTests {

	@Test
	void beansAreInTheOrderThatTheirMethodsOrClassesHave() {
		try (var context = new AnnotationConfigApplicationContext(Beans.class)) {
			assertThat(CreatedBeans.ofType(context.getBeanFactory(), Callable.class).keySet())
				.containsExactly("classOrder", "methodOrder", "product", "unordered");
		}
	}

	@Test
	void lazyBeansAreThereOnceSomebodyHasUsedThem() {
		try (var context = new AnnotationConfigApplicationContext(Beans.class)) {
			context.getBean("lazy");
			context.getBean("unordered");
			assertThat(CreatedBeans.ofType(context.getBeanFactory(), Callable.class)).containsKeys("lazy", "unordered")
				.doesNotContainKey("lazyProduct");
		}
	}

	@Test
	void beansOfAnAncestorAreItsOwn() {
		try (var parent = new AnnotationConfigApplicationContext(Beans.class);
				var child = new AnnotationConfigApplicationContext()) {
			child.setParent(parent);
			child.refresh();
			assertThat(CreatedBeans.ofType(child.getBeanFactory(), Callable.class)).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		Callable<String> unordered() {
			return () -> "unordered";
		}

		@Bean
		@Order(2)
		Callable<String> methodOrder() {
			return () -> "methodOrder";
		}

		@Bean
		First classOrder() {
			return new First();
		}

		@Bean
		@Order(3)
		Factory product() {
			return new Factory();
		}

		@Bean
		@Lazy
		Callable<String> lazy() {
			return () -> "lazy";
		}

		@Bean
		@Lazy
		Factory lazyProduct() {
			return new Factory();
		}

	}

	@Order(1)
	static class First implements Callable<String> {

		@Override
		public String call() {
			return "first";
		}

	}

	static class Factory implements FactoryBean<Callable<String>> {

		@Override
		public Callable<String> getObject() {
			return () -> "product";
		}

		@Override
		public Class<?> getObjectType() {
			return Callable.class;
		}

	}

}
