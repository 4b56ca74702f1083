-- the picture that stands for a category is that of its best-selling product that has one
CREATE INDEX products_category_pictured ON products (category, sold DESC, id) WHERE picture IS NOT NULL;
