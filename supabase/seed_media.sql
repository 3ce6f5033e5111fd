/*
What the files in supabase/storage are: pictures of courses and goods, and what is downloaded after paying. Made by supabase/pictures/draw.ts; npm start
and supabase start put the files into Storage.
*/

insert into public.media (id, product_id, alt, translations, position, mime_type, byte_size, width, height, sha256, ready_at)
select picture.id::uuid, products.id, coalesce(products.title || ', ' || picture.colour, products.title),
  case when picture.colour is null and products.translations #>> '{id,title}' is not null
    then jsonb_build_object('id', jsonb_build_object('alt', products.translations #>> '{id,title}')) else '{}' end,
  picture.position, 'image/webp', picture.bytes, 800, 600, picture.sha256, now()
from (values
  ('16eb1bb7-cda9-4f26-463a-c3522c723846', 'javascript-from-zero', null, 0, 6280, '78ff99a03cc429973145e8c926c25a2def24871d9e7fb44cc458457567ab826e'),
  ('9fd00657-b8d7-ff61-37f2-2b6ee046a14f', 'data-analysis-with-sql', null, 0, 9302, '4715344277844c506b86e1ea94af6138d16f23e095a78fd0825ae1673ef0aad1'),
  ('7559a9a2-8a5c-9054-96b1-f1f1e6b7a6e2', 'postgres-for-engineers', null, 0, 6570, 'dbd402bc2f75f55ca52e0bd00607895dd84347505631792c6821fc72d7352f5d'),
  ('c9ef4ce0-068e-8496-6c45-e58d30c68464', 'typescript-in-depth', null, 0, 5692, '9ff77e37ba25ea74611e076d3b94bb77a071fc9b989c9c7248194d178138fae2'),
  ('3fbc8a8b-67df-b0ba-4aad-4bad6e3dcd48', 'desain-ui-dasar', null, 0, 6880, 'f2df713b6376b3b928869e2cf7169fe36a6aef547adab543d7f6f14c489ace7c'),
  ('05fca7a0-7258-2cba-854f-befbc7ae9f7b', 'pemasaran-digital-umkm', null, 0, 9378, '0d02366879e654fe50678ec92a3b1a851782ec5e3dc71599ec1a2b3ecf4880c8'),
  ('61b526f1-a9bf-68d4-8a3c-583d9213dd55', 'product-management-101', null, 0, 7238, '5d5f32b09587f132fc52ad5cd23ea27abe507f806363dd24f6ba460d10fbb786'),
  ('04662d3f-4898-9403-8c39-7aa3f0648b6a', 'machine-learning-basics', null, 0, 18112, '0dd5a7609f5e9dda8b5bee8b0281e1169cee0e94d1b9563b665e2a8ddc9c518c'),
  ('f3e5e781-33db-491b-f1ec-f53438f5efef', 'public-speaking', null, 0, 10388, '4b944bd85f6bbad2186a29da5aec85c0ecb52805e861ee8493bef190999c0337'),
  ('27197bcf-5505-3ca4-2c48-57e57c1845c1', 'keamanan-web-praktis', null, 0, 8176, '0a0166731010655c4dd6fe47de9bbdc43e92ca352969f32539ea2c8b0b85c331'),
  ('1df44151-ddc3-ad33-3cbd-4674bbd477c1', 'open-lecture-future-of-work', null, 0, 9700, 'b89858671453709982e5f8479781bb7765caa2b967eaf869bed72fc63acfd8c5'),
  ('9cd774c2-0758-2c4c-fe18-aec4f87482da', 'cloud-cost-clinic', null, 0, 8016, 'd0b9addb2e125472bbb2e257c95b8c94f19a9ac17c69736e254dae73f82e79fc'),
  ('4b9c0490-7bd2-9a47-90b9-1b6561ecb76e', 'rust-first-steps', null, 0, 10450, 'ce78bf5911b106d575e0cc061c0668a9aa19492f1309ba2e36a3d36eb2ac5a93'),
  ('05d14dbc-a88d-5fc5-b18c-4943219315a1', 'negotiation-weekend', null, 0, 7042, 'c19345397c80ed74e7ee16add9f64f40545add94cd4fe4b15dfe49ab84d9045a'),
  ('09456f6f-b84d-ba07-4db5-a9f073b41ae7', 'kota-electric-hatchback', null, 0, 10330, '79b89bf9db83ad516bbc5be3dcb9ffc0bda6a33ac2aab5e7722a1c4deba7e2e1'),
  ('74e50ffa-c00b-2a68-8881-4343be93a715', 'keluarga-mpv', null, 0, 9018, '2b9fd80854ea38f16c2cfc9f24271cc9ce91414f53de4a0308fd222470e94bbf'),
  ('04dc9b8e-8149-bd5a-cdf6-de7245a6f9b7', 'jalur-trail-150', null, 0, 10030, 'd39cddf9d91099ee5da17f43fba3ab4b65c052d83e1262d4d81f6b883676a2c1'),
  ('23aeb459-e7f0-4b73-4548-0a5e4daa6513', 'angin-electric-scooter', null, 0, 9256, '18e1e3ceea1e219ac120819232f22f63678ee244b85c1aa7d4f5a54de3f835b3'),
  ('5c40a6ed-8e89-0d1c-a6b3-daf80dc847bd', 'sql-without-fear', null, 0, 9076, 'a4f736f62a950ae933921fb560a0db6e9610b130f1686a9c5833e295aadcab31'),
  ('2ed659e0-aae8-f064-1375-e7cf62186061', 'sql-without-fear-ebook', null, 0, 10028, 'e2f02600c09b58c74ac9fc457b784df64fc3a2cf006514f45cbe1dd11b1c35ca'),
  ('2028bfb7-df04-46b3-9e0c-7844ffd1790a', 'field-guide-to-postgres', null, 0, 8918, '290992941f4271d3f65c9d6bee67c70d710719ab84448b9e2d27f8185bc76da8'),
  ('6ba5157f-0642-7705-bff3-0ac036c7ae9d', 'engineers-bookshelf', null, 0, 5846, '46cc3726336a8715bfa4d807b4fb1153f7fd05a86ccefcb4dbe2013da4a5e62f'),
  ('2455682d-f4dc-379f-c4b7-3b31d6196ecb', 'interface-icon-set', null, 0, 12016, 'cabc62649cd198df086d08f98413aac71d35b10c2c611396547c70303a83796a'),
  ('b93f1444-6705-d0ce-b2c5-9102c35eecbb', 'seatline-shirt', null, 0, 5964, 'c7daa5b7104de13467262a4d85acccb76df3449fe400b50ac1cd6a409a6ba72b'),
  ('31338c24-1520-c4ab-9e47-6f3ed5fd4b54', 'seatline-shirt', 'navy', 1, 7498, '63ec601bc76fa5cbc68ea393f96fcf16cc1f583334e80f7746649c54a8aa242b'),
  ('7cdac4d4-6ea6-fcf8-191f-a6632083be3d', 'seatline-shirt', 'white', 2, 5054, '6272649df006ead1e133ffd6b9fbb4a14850f3d8652f0157cd61a0deac00d76a'),
  ('55ee8214-f3d4-7a56-8bc8-a1507994eb6e', 'seatline-shirt', 'coral', 3, 6326, '7285d1539d5b0b407dadc1ae012a8cf4c0bddfe6edf3ef805bd7115d8810d282'),
  ('c3f8965e-cb08-93c5-4ec6-ed4686516e9f', 'morning-mug', null, 0, 6756, '7733833f8e78b4d40edcf55196192ccbde6756abc7a7df46fc621a883e12c6d1'),
  ('5e77a822-8788-c028-d670-383673c2f4c7', 'dotted-notebook', null, 0, 11712, '16b7f6fa175e5e2b47638a2abe062867fc7b20a69ce888d009400f2e419eeb3b'),
  ('000da1f7-0128-b99c-297b-a6d900f0121b', 'weekend-cap', null, 0, 6398, '5163b1212cde178a75b38813d3115d1d88a290bb94b1fbd1ecfb1db6b65f6e49'),
  ('ab8cdc2c-82b7-3371-c3cb-1e4126e81a43', 'data-starter-pack', null, 0, 12172, '4e2fdd79aeef348dcda8ed18f91700c2fcfd778ea2dcf1c7544772c479d7d861')
) as picture (id, slug, colour, position, bytes, sha256)
join public.products using (slug);

update public.products set image_url = '/functions/v1/media/' || media.id from public.media where media.product_id = products.id and media.position = 0;

insert into public.digital_files (id, product_id, file_name, mime_type, byte_size, sha256, ready_at)
select sold.id::uuid, products.id, sold.file_name, sold.mime_type, sold.bytes, sold.sha256, now()
from (values
  ('b9ef8a1e-ce6d-3a0a-ef5d-d408bc366024', 'sql-without-fear-ebook', 'sql-without-fear.pdf', 'application/pdf', 2044, '40eb170a66239d564b3e195eb5afcfc185b292a989be3e4626a2e79e3e19188d'),
  ('c021748b-d3e1-b669-bc28-493e9b10a344', 'interface-icon-set', 'interface-icon-set.svg', 'image/svg+xml', 1399, '08d7ed59e97e06d4b4c7e5c4b75b5acd01080ab00035d0bd357e16ccf6b59f0e')
) as sold (id, slug, file_name, mime_type, bytes, sha256)
join public.products using (slug);
